// The tests of native/mpi, by file.
#pragma once

#include <cstddef>
#include <vector>

namespace adamax::test {

void test_pairwise();
// Exchanges between replicas, through the queue of the first.
void test_exchanges();
// How a process ends that is not done.
void test_endings();

// The sums of 1 to 9 parts, in the order that is written out in mpi_pairwise_test.cc.
std::vector<float> pairwise(const std::vector<const float*>& parts, std::size_t length);

}  // namespace adamax::test
