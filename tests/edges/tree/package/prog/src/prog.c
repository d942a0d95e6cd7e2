/* SPDX-License-Identifier: Apache-2.0 */
#ifdef WITH_A
#include <a.h>
int main(void){return a();}
#else
int main(void){return 0;}
#endif
