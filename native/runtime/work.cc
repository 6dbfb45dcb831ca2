#include "runtime/work.h"

#include <cmath>

#include "runtime/pool.h"
#include "runtime/sum_squares.h"

namespace adamax {
namespace {

// A part has about so many elements of rows, which come from anywhere in memory.
constexpr std::size_t kRowElements = kPiece / 8;

std::size_t lesser(std::size_t a, std::size_t b) { return a < b ? a : b; }

}  // namespace

void Work::clear() {
  item_count_ = piece_count_ = dense_parts_ = part_count_ = clipping_count_ = norm_part_count_ = 0;
  has_sparse_ = by_norm_ = false;
}

bool Work::list(const PlanEntry& entry) {
  if (!items_.make_room(item_count_)) return false;
  const std::size_t begin = piece_count_;
  if (!entry.sparse() && !list_pieces(entry)) return false;
  has_sparse_ = has_sparse_ || entry.sparse();
  items_[item_count_++] = {&entry, begin, piece_count_, kNoClip, 0, 0};
  return true;
}

bool Work::list_pieces(const PlanEntry& entry) {
  const Dense& whole = entry.dense;
  const std::size_t end = entry.end();
  for (std::size_t begin = entry.begin(); begin < end; begin += kPiece) {
    if (!pieces_.make_room(piece_count_)) return false;
    Dense piece = whole;
    piece.param += begin;
    piece.out += begin;
    piece.grad = entry.grad_from(begin);
    for (void*& slot : piece.slot) slot = slot == nullptr ? nullptr : slot_at(slot, slot_format_, begin);
    piece.length = lesser(kPiece, end - begin);
    piece.clip = kNoClip;
    pieces_[piece_count_++] = piece;
    // Pieces of small variables of one set share a part.
    if (dense_parts_ > 0 && last_part_ + piece.length <= kPiece && parts_[dense_parts_ - 1].set == entry.set) {
      parts_[dense_parts_ - 1].end = piece_count_;
      last_part_ += piece.length;
    } else {
      if (!add_part({nullptr, piece_count_ - 1, piece_count_, entry.set})) return false;
      dense_parts_ = part_count_;
      last_part_ = piece.length;
    }
  }
  return true;
}

void Work::move(std::size_t i) {
  const Item& item = items_[i];
  const Dense& whole = item.entry->dense;
  for (std::size_t k = item.begin, at = item.entry->begin(); k < item.end; ++k, at += kPiece) {
    Dense& piece = pieces_[k];
    piece.param = whole.param + at;
    piece.out = whole.out + at;
    piece.grad = item.entry->grad_from(at);
  }
}

bool Work::list_rows(std::size_t i) {
  const PlanEntry& entry = *items_[i].entry;
  const std::size_t step = 1 + kRowElements / (entry.row_length + 1);
  for (std::size_t begin = 0; begin < entry.index->count(); begin += step) {
    if (!add_part({&items_[i], begin, lesser(begin + step, entry.index->count()), entry.set})) return false;
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

bool Work::set_clipping(const ScalarSet* sets, std::size_t count) {
  bool same = !by_norm_ && !finite_;
  for (std::size_t k = 0; same && k < count; ++k) {
    const float value = k < clipping_count_ ? clippings_[k].value : kNoClip.bound;
    same = !sets[k].clipping.by_norm() && sets[k].clipping.value == value;
  }
  if (same) return true;
  if (!clippings_.reserve(count)) return false;
  clipping_count_ = count;
  by_norm_ = false;
  for (std::size_t k = 0; k < count; ++k) {
    clippings_[k] = sets[k].clipping;
    by_norm_ = by_norm_ || clippings_[k].by_norm();
  }
  // Norm clipping sets a new factor at each step, so the factors of the step before are reset here.
  norm_part_count_ = norm_elements_ = 0;
  for (std::size_t i = 0; i < item_count_; ++i) {
    Item& item = items_[i];
    const Clipping& clipping = clippings_[item.entry->set];
    set_clip(item, {1, clipping.value});
    const bool summed = finite_ || (clipping.by_norm() && !item.entry->has_norm);
    if (summed && !list_norm_parts(item)) return false;
  }
  return true;
}

bool Work::list_norm_parts(Item& item) {
  const std::size_t end = item.entry->end();
  item.norm_begin = norm_part_count_;
  for (std::size_t begin = item.entry->begin(); begin < end; begin += kPiece) {
    if (!norm_parts_.make_room(norm_part_count_)) return false;
    norm_parts_[norm_part_count_++] = {item.entry->grad_from(begin), lesser(kPiece, end - begin), 0};
  }
  item.norm_end = norm_part_count_;
  norm_elements_ += end - item.entry->begin();
  return true;
}

struct Work::SumTask {
  const KernelTable& table;
  Buffer<NormPart>& norm_parts;

  static void run(void* context, std::size_t i) {
    const SumTask& task = *static_cast<SumTask*>(context);
    NormPart& part = task.norm_parts[i];
    part.sum = sum_squares(task.table, part.x, part.length);
  }
};

Outcome Work::look_at_gradients(const KernelTable& table, std::size_t threads) {
  SumTask task{table, norm_parts_};
  // Parts of small variables are not worth the way to another thread.
  run_parts(norm_elements_ > kPiece ? threads : 1, norm_part_count_, SumTask::run, &task);
  for (std::size_t i = 0; finite_ && i < item_count_; ++i) {
    if (!is_finite(items_[i])) return {Outcome::Kind::kNonFinite, static_cast<std::uint32_t>(i)};
  }
  if (by_norm_) clip_by_norm();
  return {};
}

// Squares of binary32 and their sums are far from overflowing in float64, so that a sum is finite exactly when every
// element is.
bool Work::is_finite(const Item& item) const {
  for (std::size_t k = item.norm_begin; k < item.norm_end; ++k) {
    if (!std::isfinite(norm_parts_[k].sum)) return false;
  }
  return true;
}

double Work::norm_of(const Item& item) const {
  PairwiseSum sum;
  for (std::size_t k = item.norm_begin; k < item.norm_end; ++k) sum.add(norm_parts_[k].sum);
  return std::sqrt(sum.total());
}

void Work::clip_by_norm() {
  for (std::size_t i = 0; i < item_count_; ++i) {
    Item& item = items_[i];
    const PlanEntry& entry = *item.entry;
    const Clipping& clipping = clippings_[entry.set];
    if (!clipping.by_norm()) continue;
    const double norm = entry.has_norm ? entry.norm : norm_of(item);
    set_clip(item, {clip_factor(norm, clipping.norm), clipping.value});
  }
}

struct Work::SweepTask {
  const Work& work;
  const Sweeps& sweeps;
  const ScalarSet* sets;

  static void run(void* context, std::size_t i) {
    const SweepTask& task = *static_cast<SweepTask*>(context);
    const Part& part = task.work.parts_[i];
    const Scalars& scalars = task.sets[part.set].scalars;
    if (part.rows_of == nullptr) {
      task.sweeps.dense(&task.work.pieces_[part.begin], part.end - part.begin, scalars);
    } else {
      const Item& item = *part.rows_of;
      run_rows(task.sweeps, *item.entry, part.begin, part.end, scalars, item.clip);
    }
  }
};

void Work::run(const RuleKernels& kernels, std::size_t threads, const ScalarSet* sets) {
  SweepTask task{*this, kernels.over(slot_format_), sets};
  run_parts(threads, part_count_, SweepTask::run, &task);
}

void run_rows(const Sweeps& sweeps, const PlanEntry& entry, std::size_t begin, std::size_t end, const Scalars& scalars,
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
