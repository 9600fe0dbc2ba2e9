/* SPDX-License-Identifier: MIT */
/* calling_x86_64.h - numbers of the slots, for assembly. */
#define RBX         0
#define RBP         1
#define R12         2
#define R13         3
#define R14         4
#define R15         5
#define RSP         6
#define FRAME0      7
#define FRAME1      8
#define FRAME2      9
#define MXCSR       10
#define X87_CONTROL 11
#define X87_TAGS    12
#define DIRECTION   13
#define STICKY      14
#define UPPER       15
