/* SPDX-License-Identifier: MIT */
/* calling_bad_x86_64.S - see calling_bad.h. */
#include "base/calling_x86_64.h"

	.text

	.macro flips label, register
\label:	notq \register
	ret
	.endm
	flips bad_rbx, %rbx
	flips bad_rbp, %rbp
	flips bad_r12, %r12
	flips bad_r13, %r13
	flips bad_r14, %r14
	flips bad_r15, %r15
	flips bad_frame0, 8(%rsp)
	flips bad_frame1, 16(%rsp)
	flips bad_frame2, 24(%rsp)
	.purgem flips

bad_rsp:
	ret $8

	.macro flips_mxcsr label, bits
\label:	stmxcsr -8(%rsp)
	xorl $\bits, -8(%rsp)
	ldmxcsr -8(%rsp)
	ret
	.endm
	flips_mxcsr bad_rounding, 0x2000
	flips_mxcsr bad_flush, 0x8000
	flips_mxcsr bad_denormals, 0x0040
	flips_mxcsr bad_mask, 0x0200
	flips_mxcsr bad_sticky, 0x0020

bad_x87_control:
	fnstcw -8(%rsp)
	xorw $0x0300, -8(%rsp)
	fldcw -8(%rsp)
	ret
bad_x87_tags:
	fld1
	ret
bad_direction:
	std
	ret
bad_upper: /* true of zeros: of what is there by chance it could set a sticky flag too */
	vxorps %ymm3, %ymm3, %ymm3
	vcmpps $15, %ymm3, %ymm3, %ymm3
	ret

	.macro bad name, slot, label
	.pushsection .rodata.text, "aS", @progbits
9:	.asciz "\name"
	.popsection
	.quad 9b, \slot, \label
	.endm

	.section .data.rel.ro, "aw", @progbits
	.balign 8
	.globl calling_bad_functions
	.type calling_bad_functions, @object
calling_bad_functions:
	bad "clobbers rbx", RBX, bad_rbx
	bad "clobbers rbp", RBP, bad_rbp
	bad "clobbers r12", R12, bad_r12
	bad "clobbers r13", R13, bad_r13
	bad "clobbers r14", R14, bad_r14
	bad "clobbers r15", R15, bad_r15
	bad "pops its caller's word", RSP, bad_rsp
	bad "writes its caller's frame", FRAME0, bad_frame0
	bad "writes its caller's frame", FRAME1, bad_frame1
	bad "writes its caller's frame", FRAME2, bad_frame2
	bad "leaves another rounding", MXCSR, bad_rounding
	bad "leaves flush to zero", MXCSR, bad_flush
	bad "leaves denormals are zeros", MXCSR, bad_denormals
	bad "leaves an exception unmasked", MXCSR, bad_mask
	bad "leaves another x87 precision", X87_CONTROL, bad_x87_control
	bad "leaves a value on the x87 stack", X87_TAGS, bad_x87_tags
	bad "leaves the direction flag set", DIRECTION, bad_direction
	bad "leaves a sticky flag", STICKY, bad_sticky
	bad "returns without vzeroupper", UPPER, bad_upper
	.quad 0, 0, 0

	.section .note.GNU-stack, "", @progbits
