// The work of one step, cut into parts for threads. Borders are fixed: which thread does a part, and how many threads
// there are, decides no bit.
#pragma once

#include <cstddef>

#include "kernels/table.h"
#include "runtime/buffer.h"
#include "runtime/plan_entry.h"

namespace adamax {

class Work {
 public:
  void set_slot_format(SlotFormat format) { slot_format_ = format; }
  void clear();
  // Adds an entry, which must stay where it is. False when there is no memory.
  bool list(const PlanEntry& entry);
  bool has_sparse() const { return has_sparse_; }
  // Forgets the rows of all sparse entries; then, once its index is built, adds those of entry i.
  void clear_rows() { part_count_ = dense_parts_; }
  bool list_rows(std::size_t i);
  // How every gradient is to be clipped.
  bool set_clipping(const Clipping& clipping);

  void run(const KernelTable& table, const RuleKernels& kernels, std::size_t threads, const float* scalars);

 private:
  // An entry; if it is dense, with its pieces, else with the clip of its gradient.
  struct Item {
    const PlanEntry* entry;
    std::size_t begin, end;
    Clip clip;
  };
  // What a thread does at a time: pieces of dense entries, or touched rows of a sparse one.
  struct Part {
    const Item* rows_of;  // null for pieces
    std::size_t begin, end;
  };
  // A part of a gradient whose norm is wanted, at most kPiece elements of it.
  struct NormPart {
    const float* x;
    std::size_t length;
    double sum;
  };
  struct Step;
  struct Sums;

  bool list_pieces(const Dense& whole);
  bool add_part(const Part& part);
  void set_clip(Item& item, const Clip& clip);
  void clip_by_norm(const KernelTable& table, std::size_t threads);

  SlotFormat slot_format_ = SlotFormat::kFloat32;
  Buffer<Item> items_;
  std::size_t item_count_ = 0;
  Buffer<Dense> pieces_;
  std::size_t piece_count_ = 0;
  Buffer<Part> parts_;  // first those of pieces
  std::size_t dense_parts_ = 0;
  std::size_t part_count_ = 0;
  std::size_t last_part_ = 0;  // elements of the last part of pieces
  bool has_sparse_ = false;
  Clipping clipping_;
  Buffer<NormPart> norm_parts_;
  std::size_t norm_part_count_ = 0;
};

// Steps touched rows [begin, end) of those that the entry's index names.
void run_rows(const Sweeps& sweeps, const PlanEntry& entry, std::size_t begin, std::size_t end, const float* scalars,
              const Clip& clip);

}  // namespace adamax
