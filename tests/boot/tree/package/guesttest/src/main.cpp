// SPDX-License-Identifier: Apache-2.0
// An exception that crosses from a shared library into a thread: it needs libstdc++, libgcc_s and musl to agree.
#include <atomic>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

void fail(int number);

static std::atomic<int> caught;
static thread_local int mine;

int main()
{
	std::vector<std::thread> threads;

	for (int i = 0; i < 4; i++)
		threads.emplace_back([i] {
			try {
				mine = i;
				fail(i);
			} catch (const std::out_of_range &error) {
				if (error.what() == "thrown in a library: " + std::to_string(mine))
					caught++;
			}
		});
	for (auto &thread : threads)
		thread.join();
	std::cout << "guesttest: c++ caught " << caught << " of 4\n";
	return caught == 4 ? 0 : 1;
}
