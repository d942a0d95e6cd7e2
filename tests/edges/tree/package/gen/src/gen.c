/* SPDX-License-Identifier: Apache-2.0 */
#include <a.h>
#include <stdio.h>
int main(void){printf("int main(void){return %d;}\n",a());return 0;}
