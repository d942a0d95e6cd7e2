/* SPDX-License-Identifier: Apache-2.0 */
#include <a.h>
int b(void){return a()+1;}
