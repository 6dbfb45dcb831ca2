#include "runtime/work.h"

#include "runtime/pool.h"
#include "runtime/sum_squares.h"

namespace adamax {
namespace {

// Most elements of a piece. A multiple of a power of two of blocks, so that the sum of such a part of a gradient is a
// whole subtree of the sum that its norm is taken from.
constexpr std::size_t kPiece = 16 * kBlock;
// The same in elements of rows, which come from anywhere in memory.
constexpr std::size_t kRowElements = kPiece / 8;

std::size_t lesser(std::size_t a, std::size_t b) { return a < b ? a : b; }

}  // namespace

void Work::clear() {
  item_count_ = piece_count_ = dense_parts_ = part_count_ = 0;
  has_sparse_ = false;
}

bool Work::list(const PlanEntry& entry) {
  if (!items_.make_room(item_count_)) return false;
  const std::size_t begin = piece_count_;
  if (!entry.sparse() && !list_pieces(entry.dense)) return false;
  has_sparse_ = has_sparse_ || entry.sparse();
  items_[item_count_] = {&entry, begin, piece_count_, kNoClip};
  set_clip(items_[item_count_++], {1, clipping_.value});
  return true;
}

bool Work::list_pieces(const Dense& whole) {
  for (std::size_t begin = 0; begin < whole.length; begin += kPiece) {
    if (!pieces_.make_room(piece_count_)) return false;
    Dense piece = whole;
    piece.param += begin;
    piece.out += begin;
    piece.grad += begin;
    for (void*& slot : piece.slot) slot = slot == nullptr ? nullptr : slot_at(slot, slot_format_, begin);
    piece.length = lesser(kPiece, whole.length - begin);
    pieces_[piece_count_++] = piece;
    // Pieces of small variables share a part.
    if (dense_parts_ > 0 && last_part_ + piece.length <= kPiece) {
      parts_[dense_parts_ - 1].end = piece_count_;
      last_part_ += piece.length;
    } else {
      if (!add_part({nullptr, piece_count_ - 1, piece_count_})) return false;
      dense_parts_ = part_count_;
      last_part_ = piece.length;
    }
  }
  return true;
}

bool Work::list_rows(std::size_t i) {
  const PlanEntry& entry = *items_[i].entry;
  const std::size_t step = 1 + kRowElements / (entry.row_length + 1);
  for (std::size_t begin = 0; begin < entry.index->count(); begin += step) {
    if (!add_part({&items_[i], begin, lesser(begin + step, entry.index->count())})) return false;
  }
  return true;
}

bool Work::add_part(const Part& part) {
  if (!parts_.make_room(part_count_)) return false;
  parts_[part_count_++] = part;
  return true;
}

void Work::set_clip(Item& item, const Clip& clip) {
  item.clip = clip;
  for (std::size_t k = item.begin; k < item.end; ++k) pieces_[k].clip = clip;
}

bool Work::set_clipping(const Clipping& clipping) {
  // A clip by norm is another one at each step, and has then to be taken back.
  const bool other = clipping.value != clipping_.value || clipping.by_norm() != clipping_.by_norm();
  clipping_ = clipping;
  norm_part_count_ = 0;
  if (!clipping.by_norm()) {
    for (std::size_t i = 0; other && i < item_count_; ++i) set_clip(items_[i], {1, clipping.value});
    return true;
  }
  for (std::size_t i = 0; i < item_count_; ++i) {
    const PlanEntry& entry = *items_[i].entry;
    const std::size_t length = entry.gradient_length();
    for (std::size_t begin = 0; begin < length; begin += kPiece) {
      if (!norm_parts_.make_room(norm_part_count_)) return false;
      norm_parts_[norm_part_count_++] = {entry.dense.grad + begin, lesser(kPiece, length - begin), 0};
    }
  }
  return true;
}

struct Work::Sums {
  const KernelTable& table;
  Buffer<NormPart>& norm_parts;

  static void task(void* context, std::size_t i) {
    const Sums& sums = *static_cast<Sums*>(context);
    NormPart& part = sums.norm_parts[i];
    part.sum = sum_squares(sums.table, part.x, part.length);
  }
};

void Work::clip_by_norm(const KernelTable& table, std::size_t threads) {
  Sums sums{table, norm_parts_};
  run_parts(threads, norm_part_count_, Sums::task, &sums);
  std::size_t at = 0;
  for (std::size_t i = 0; i < item_count_; ++i) {
    PairwiseSum sum;
    for (std::size_t rest = items_[i].entry->gradient_length(); rest > 0; rest -= lesser(kPiece, rest)) {
      sum.add(norm_parts_[at++].sum);
    }
    set_clip(items_[i], {clip_factor(sum.total(), clipping_.norm), clipping_.value});
  }
}

struct Work::Step {
  const Work& work;
  const Sweeps& sweeps;
  const float* scalars;

  static void task(void* context, std::size_t i) {
    const Step& step = *static_cast<Step*>(context);
    const Part& part = step.work.parts_[i];
    if (part.rows_of == nullptr) {
      step.sweeps.dense(&step.work.pieces_[part.begin], part.end - part.begin, step.scalars);
    } else {
      const Item& item = *part.rows_of;
      run_rows(step.sweeps, *item.entry, part.begin, part.end, step.scalars, item.clip);
    }
  }
};

void Work::run(const KernelTable& table, const RuleKernels& kernels, std::size_t threads, const float* scalars) {
  if (clipping_.by_norm()) clip_by_norm(table, threads);
  Step step{*this, kernels.over(slot_format_), scalars};
  run_parts(threads, part_count_, Step::task, &step);
}

void run_rows(const Sweeps& sweeps, const PlanEntry& entry, std::size_t begin, std::size_t end, const float* scalars,
              const Clip& clip) {
  Rows rows{};
  rows.param = entry.dense.param;
  for (int k = 0; k < kMaxSlots; ++k) rows.slot[k] = entry.dense.slot[k];
  rows.values = entry.dense.grad;
  rows.next = entry.index->next();
  rows.touched = entry.index->touched();
  rows.row_length = entry.row_length;
  rows.clip = clip;
  sweeps.rows(rows, begin, end, scalars);
}

}  // namespace adamax
