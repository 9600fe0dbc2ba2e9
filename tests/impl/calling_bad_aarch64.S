/* SPDX-License-Identifier: MIT */
/* calling_bad_aarch64.S - see calling_bad.h. */
#include "base/calling_aarch64.h"

	.text

	.macro flips register
bad_\register:
	mvn \register, \register
	ret
	.endm
	.irp register, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29
	flips \register
	.endr

	.macro negates register
bad_\register:
	fneg \register, \register
	ret
	.endm
	.irp register, d8, d9, d10, d11, d12, d13, d14, d15
	negates \register
	.endr

	.macro flips_frame label, offset
\label:	ldr x9, [sp, \offset]
	mvn x9, x9
	str x9, [sp, \offset]
	ret
	.endm
	flips_frame bad_frame0, 0
	flips_frame bad_frame1, 8

bad_stack:
	add sp, sp, 16
	ret

	.macro flips_system label, register, bits
\label:	mrs x9, \register
	eor x9, x9, \bits
	msr \register, x9
	ret
	.endm
	flips_system bad_rounding, fpcr, 0x400000
	flips_system bad_flush, fpcr, 0x1000000
	flips_system bad_default_nan, fpcr, 0x2000000
	flips_system bad_sticky, fpsr, 0x1

	.macro bad name, slot, label
	.pushsection .rodata.text, "aS", %progbits
9:	.asciz "\name"
	.popsection
	.quad 9b, \slot, \label
	.endm

	.section .data.rel.ro, "aw", %progbits
	.balign 8
	.globl calling_bad_functions
	.type calling_bad_functions, %object
calling_bad_functions:
	bad "clobbers x19", X19, bad_x19
	bad "clobbers x20", X20, bad_x20
	bad "clobbers x21", X21, bad_x21
	bad "clobbers x22", X22, bad_x22
	bad "clobbers x23", X23, bad_x23
	bad "clobbers x24", X24, bad_x24
	bad "clobbers x25", X25, bad_x25
	bad "clobbers x26", X26, bad_x26
	bad "clobbers x27", X27, bad_x27
	bad "clobbers x28", X28, bad_x28
	bad "clobbers x29", X29, bad_x29
	bad "clobbers d8", D8, bad_d8
	bad "clobbers d9", D9, bad_d9
	bad "clobbers d10", D10, bad_d10
	bad "clobbers d11", D11, bad_d11
	bad "clobbers d12", D12, bad_d12
	bad "clobbers d13", D13, bad_d13
	bad "clobbers d14", D14, bad_d14
	bad "clobbers d15", D15, bad_d15
	bad "returns with another sp", STACK, bad_stack
	bad "writes its caller's frame", FRAME0, bad_frame0
	bad "writes its caller's frame", FRAME1, bad_frame1
	bad "leaves another rounding", FPCR, bad_rounding
	bad "leaves flush to zero", FPCR, bad_flush
	bad "leaves default NaNs", FPCR, bad_default_nan
	bad "leaves a sticky flag", FPSR, bad_sticky
	.quad 0, 0, 0

	.section .note.GNU-stack, "", %progbits
