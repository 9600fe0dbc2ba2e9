/* SPDX-License-Identifier: MIT */
/* digests_carried.c - the committed digests inside a bundle.  GM_DIGESTS, the path of the file, comes from CMake. */
#include "digests.h"

__asm__(".pushsection .rodata\n"
        ".global digests_carried, digests_carried_end\n"
        ".hidden digests_carried, digests_carried_end\n"
        "digests_carried:\n"
        ".incbin \"" GM_DIGESTS "\"\n"
        "digests_carried_end:\n"
        ".popsection\n");
