/* SPDX-License-Identifier: MIT */
/* calling_aarch64.h - numbers of the slots, for assembly. */
#define X19    0
#define X20    1
#define X21    2
#define X22    3
#define X23    4
#define X24    5
#define X25    6
#define X26    7
#define X27    8
#define X28    9
#define X29    10
#define STACK  11
#define D8     12
#define D9     13
#define D10    14
#define D11    15
#define D12    16
#define D13    17
#define D14    18
#define D15    19
#define FRAME0 20
#define FRAME1 21
#define FPCR   22
#define FPSR   23
