// The work of one step, cut into parts for threads. Borders are fixed: which thread does a part, and how many threads
// there are, decides no bit.
//
//   entry      a variable with its gradient (plan_entry.h)
//   item       an entry that is listed for this step
//   stretch    the elements of a dense entry that are stepped: all of them, unless others were set
//   piece      at most kPiece = 65,536 elements of the stretch of a dense item
//   part       what a thread takes at a time: some pieces, or some rows of a sparse item
//   norm part  likewise, of a gradient whose norm is wanted, or whether it is finite
//   block      4,096 elements, which one kernel call sums the squares of (kernels/table.h)
#pragma once

#include <cstddef>

#include "kernels/table.h"
#include "runtime/buffer.h"
#include "runtime/outcome.h"
#include "runtime/plan_entry.h"

namespace adamax {

class Work {
 public:
  void set_slot_format(SlotFormat format) { slot_format_ = format; }
  // Whether every gradient must be finite, from the next set_clipping() on.
  void require_finite(bool required) { finite_ = required; }
  void clear();
  // Adds an entry, which must stay where it is. Returns false when there is no memory.
  bool list(const PlanEntry& entry);
  // Takes note of other addresses of dense item i, whose length, stretch and slots are what they were.
  void move(std::size_t i);
  bool has_sparse() const { return has_sparse_; }
  // clear_rows() forgets the rows of all sparse items, and list_rows(i) adds those of item i once its index is built.
  void clear_rows() { part_count_ = dense_parts_; }
  bool list_rows(std::size_t i);
  // Sets how every gradient is to be clipped, by the set of its entry. Returns false when there is no memory.
  bool set_clipping(const ScalarSet* sets, std::size_t count);

  // Whether gradients are to be looked at before the run, for their norms or to see whether they are finite.
  bool looks_at_gradients() const { return by_norm_ || finite_; }
  // Returns the number of the first item whose gradient must be finite and is not, as `entry`.
  Outcome look_at_gradients(const KernelTable& table, std::size_t threads);
  void run(const RuleKernels& kernels, std::size_t threads, const ScalarSet* sets);

  std::size_t bytes() const {
    return items_.bytes() + pieces_.bytes() + parts_.bytes() + clippings_.bytes() + norm_parts_.bytes();
  }

 private:
  // An item has the clip of its gradient and, if it is dense, pieces [begin, end). Its norm parts are
  // [norm_begin, norm_end), where there are norm parts.
  struct Item {
    const PlanEntry* entry;
    std::size_t begin, end;
    Clip clip;
    std::size_t norm_begin, norm_end;
  };
  struct Part {
    const Item* rows_of;  // is null for a part of pieces
    std::size_t begin, end;
    std::uint32_t set;
  };
  struct NormPart {
    const float* x;
    std::size_t length;
    double sum;
  };
  struct SweepTask;
  struct SumTask;

  bool list_pieces(const PlanEntry& entry);
  bool add_part(const Part& part);
  void set_clip(Item& item, const Clip& clip);
  bool list_norm_parts(Item& item);
  bool is_finite(const Item& item) const;
  double norm_of(const Item& item) const;
  void clip_by_norm();

  SlotFormat slot_format_ = SlotFormat::kFloat32;
  Buffer<Item> items_;
  std::size_t item_count_ = 0;
  Buffer<Dense> pieces_;
  std::size_t piece_count_ = 0;
  Buffer<Part> parts_;  // those of pieces come first
  std::size_t dense_parts_ = 0;
  std::size_t part_count_ = 0;
  std::size_t last_part_ = 0;  // elements of the last part of pieces
  bool has_sparse_ = false;
  // What the clips of the items were last made from, by set. Items that were just listed have no clip.
  Buffer<Clipping> clippings_;
  std::size_t clipping_count_ = 0;
  bool by_norm_ = false;
  bool finite_ = false;
  Buffer<NormPart> norm_parts_;
  std::size_t norm_part_count_ = 0;
  std::size_t norm_elements_ = 0;  // of all norm parts
};

// Steps touched rows [begin, end) of those that the entry's index names.
void run_rows(const Sweeps& sweeps, const PlanEntry& entry, std::size_t begin, std::size_t end, const Scalars& scalars,
              const Clip& clip);

}  // namespace adamax
