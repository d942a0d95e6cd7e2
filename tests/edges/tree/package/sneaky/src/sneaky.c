/* SPDX-License-Identifier: Apache-2.0 */
#include <b.h>
int main(void){return b()+a();}
