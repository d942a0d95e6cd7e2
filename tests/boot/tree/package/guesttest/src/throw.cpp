// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <string>

void fail(int number)
{
	throw std::out_of_range("thrown in a library: " + std::to_string(number));
}
