// The working memory of sparse steps: what is kept from step to step, and what is given back.
#include "runtime/index_pool.h"

#include <vector>

#include "check.h"
#include "runtime/plan.h"
#include "runtime/tables.h"
#include "tests.h"

namespace adamax::test {
namespace {

constexpr std::size_t kMany = 100000;
constexpr std::size_t kFew = 10;

// Takes an index, builds it of so many slices, and gives it back.
void use(IndexPool* pool, std::size_t slices) {
  static const std::vector<std::int32_t> rows(kMany, 0);
  RowIndex* const index = pool->take();
  if (!report().expect(index != nullptr, "no index")) return;
  report().expect(index->build({rows.data(), Indices::Kind::kInt32, slices}, 1).good(), "cannot build it");
  pool->give(index);
}

std::size_t bytes_of(std::size_t slices) {
  IndexPool pool;
  use(&pool, slices);
  return pool.bytes();
}

void expect_bytes(const IndexPool& pool, std::size_t bytes, const char* when) {
  report().expect(pool.bytes() == bytes, "%zu bytes %s, want %zu", pool.bytes(), when, bytes);
}

void give_back_what_is_too_large() {
  const std::size_t many = bytes_of(kMany), few = bytes_of(kFew);
  report().expect(many > 1000 * few, "%zu bytes for many slices, %zu for few", many, few);
  IndexPool pool;
  use(&pool, kMany);
  // The first time it looks, the large use still counts.
  for (std::size_t i = 1; i < 2 * IndexPool::kLookEvery - 1; ++i) use(&pool, kFew);
  expect_bytes(pool, many, "before it looks");
  use(&pool, kFew);
  expect_bytes(pool, 0, "once it has looked");
  use(&pool, kFew);
  expect_bytes(pool, few, "of a new one");
}

void keep_what_is_used_now_and_then() {
  const std::size_t many = bytes_of(kMany);
  IndexPool pool;
  for (std::size_t i = 0; i < 10 * IndexPool::kLookEvery; ++i) {
    use(&pool, i % 100 == 0 ? kMany : kFew);
    if (!report().expect(pool.bytes() == many, "%zu bytes after use %zu", pool.bytes(), i)) return;
  }
}

void give_back_what_is_not_used() {
  IndexPool pool;
  std::vector<RowIndex*> taken;
  for (std::size_t i = 0; i < 20; ++i) taken.push_back(pool.take());
  const std::vector<std::int32_t> rows(1000, 0);
  for (RowIndex* const index : taken) index->build({rows.data(), Indices::Kind::kInt32, rows.size()}, 1);
  for (RowIndex* const index : taken) pool.give(index);
  expect_bytes(pool, 20 * bytes_of(1000), "of twenty");
  for (std::size_t i = 0; i < 2 * IndexPool::kLookEvery; ++i) use(&pool, 1000);
  expect_bytes(pool, bytes_of(1000), "of the only one in use");
}

// A step of entries of different sizes: each gets the index again that it had.
void keep_the_sizes_of_entries() {
  const std::vector<std::int32_t> rows(kMany, 0);
  std::vector<float> param(1), values(kMany), m(1), u(1);
  IndexPool pool;
  Plan plan(pool, 0);
  const std::size_t sizes[] = {kFew, kMany, 100};
  std::size_t want = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    PlanEntry* const entry = plan.entry(i);
    if (!report().expect(entry != nullptr, "no entry %zu", i)) return;
    entry->dense.param = entry->dense.out = param.data();
    entry->dense.slot[0] = m.data();
    entry->dense.slot[1] = u.data();
    entry->dense.grad = values.data();
    entry->dense.length = entry->row_length = 1;
    entry->kind = GradientKind::kRows;
    entry->indices = {rows.data(), Indices::Kind::kInt32, sizes[i]};
    want += bytes_of(sizes[i]);
  }
  if (!report().expect(plan.sets(1) != nullptr, "no set")) return;
  *plan.sets(1) = {};
  for (std::size_t step = 0; step < 5; ++step) {
    report().expect(plan.prepare(0, 3, *tables().best(), 1).good(), "cannot prepare step %zu", step);
    plan.finish();
    expect_bytes(pool, want, "after a step");
  }
}

}  // namespace

void test_index_pool() {
  report().test("index pool: gives back what is much too large", give_back_what_is_too_large);
  report().test("index pool: keeps what is used now and then", keep_what_is_used_now_and_then);
  report().test("index pool: gives back what is not used", give_back_what_is_not_used);
  report().test("index pool: keeps the sizes of entries", keep_the_sizes_of_entries);
}

}  // namespace adamax::test
