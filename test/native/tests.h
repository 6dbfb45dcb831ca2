// The tests, by file. Each takes one table of kernels, or one of its rules and the oracle's transcription of it.
#pragma once

#include <cstdint>

#include "kernels/table.h"
#include "oracle.h"

namespace adamax::test {

void test_dense(const char* isa, const RuleKernels& kernels, const oracle::Rule& rule, SlotFormat format);
void test_rows(const char* isa, const RuleKernels& kernels, const oracle::Rule& rule, SlotFormat format);
// Dithering and widening in the vocabularies themselves.
void test_bfloat16();
void test_sum_squares(const KernelTable& table);
void test_digest_blocks(const KernelTable& table);
void test_page_guard(const KernelTable& table);
// Row index and plan; the kernels of `table` show what was written.
void test_plan(const KernelTable& table);
void test_row_index();
void test_index_pool();

// FNV-1a of the results of a fixed set of cases: the same number from every table on every machine, and from the
// oracle.
std::uint64_t digest_of(const KernelTable& table);
std::uint64_t digest_of_oracle();

}  // namespace adamax::test
