/* SPDX-License-Identifier: MIT */
/* calling_aarch64.S - see calling.h.  AAPCS64: x19-x28, x29 and sp; above sp the caller's frame; the low halves of
 * v8-v15; FPCR.  As a note: the sticky flags of FPSR. */

#define X19 0
#define X20 1
#define X21 2
#define X22 3
#define X23 4
#define X24 5
#define X25 6
#define X26 7
#define X27 8
#define X28 9
#define X29 10
#define STACK 11
#define D8 12
#define D9 13
#define D10 14
#define D11 15
#define D12 16
#define D13 17
#define D14 18
#define D15 19
#define FRAME0 20
#define FRAME1 21
#define FPCR 22
#define FPSR 23

#define BEFORE(slot) (8 * (slot))
#define AFTER(slot) (256 + 8 * (slot))
#define RESULT 512

#define FUNCTION(name) .globl name; .type name, %function; name

	.local report, stack
	.comm report, 8, 8
	.comm stack, 8, 8

	.text

FUNCTION(calling_observable):
	mov w0, #(1 << 24) - 1
	ret

/* x9 = value, also into the block at x15. */
	.macro sentinel value, slot
	ldr x9, =\value
	str x9, [x15, BEFORE(\slot)]
	.endm

	.macro address register, symbol
	adrp \register, \symbol
	add \register, \register, :lo12:\symbol
	.endm

/* calling_probe(x0 report, x1 function, x2 a, x3 b, x4 c, x5 d) */
FUNCTION(calling_probe):
	stp x29, x30, [sp, -160]!
	stp x19, x20, [sp, 16]
	stp x21, x22, [sp, 32]
	stp x23, x24, [sp, 48]
	stp x25, x26, [sp, 64]
	stp x27, x28, [sp, 80]
	stp d8, d9, [sp, 96]
	stp d10, d11, [sp, 112]
	stp d12, d13, [sp, 128]
	stp d14, d15, [sp, 144]
	sub sp, sp, 16 /* the frame that the callee must leave alone */
	address x9, report
	str x0, [x9]
	address x9, stack
	mov x10, sp
	str x10, [x9]
	mov x15, x0
	mov x16, x1
	mov x0, x2
	mov x1, x3
	mov x2, x4
	mov x3, x5
	mrs x9, fpcr
	str x9, [x15, BEFORE(FPCR)]
	mrs x9, fpsr
	str x9, [x15, BEFORE(FPSR)]
	str x10, [x15, BEFORE(STACK)]
	sentinel 0x5a5aa5a5f00df00d, FRAME0
	str x9, [sp]
	sentinel 0x6b6bb6b6f00df00d, FRAME1
	str x9, [sp, 8]
	sentinel 0x1111222233334444, X19
	mov x19, x9
	sentinel 0x2222333344445555, X20
	mov x20, x9
	sentinel 0x3333444455556666, X21
	mov x21, x9
	sentinel 0x4444555566667777, X22
	mov x22, x9
	sentinel 0x5555666677778888, X23
	mov x23, x9
	sentinel 0x6666777788889999, X24
	mov x24, x9
	sentinel 0x777788889999aaaa, X25
	mov x25, x9
	sentinel 0x88889999aaaabbbb, X26
	mov x26, x9
	sentinel 0x9999aaaabbbbcccc, X27
	mov x27, x9
	sentinel 0xaaaabbbbccccdddd, X28
	mov x28, x9
	sentinel 0xbbbbccccddddeeee, X29
	mov x29, x9
	sentinel 0x3ff1111122223333, D8
	fmov d8, x9
	sentinel 0x3ff2222233334444, D9
	fmov d9, x9
	sentinel 0x3ff3333344445555, D10
	fmov d10, x9
	sentinel 0x3ff4444455556666, D11
	fmov d11, x9
	sentinel 0x3ff5555566667777, D12
	fmov d12, x9
	sentinel 0x3ff6666677778888, D13
	fmov d13, x9
	sentinel 0x3ff7777788889999, D14
	fmov d14, x9
	sentinel 0x3ff888889999aaaa, D15
	fmov d15, x9
	blr x16

	address x15, report
	ldr x15, [x15]
	str x0, [x15, RESULT]
	stp x19, x20, [x15, AFTER(X19)]
	stp x21, x22, [x15, AFTER(X21)]
	stp x23, x24, [x15, AFTER(X23)]
	stp x25, x26, [x15, AFTER(X25)]
	stp x27, x28, [x15, AFTER(X27)]
	str x29, [x15, AFTER(X29)]
	mov x9, sp
	str x9, [x15, AFTER(STACK)]
	stp d8, d9, [x15, AFTER(D8)]
	stp d10, d11, [x15, AFTER(D10)]
	stp d12, d13, [x15, AFTER(D12)]
	stp d14, d15, [x15, AFTER(D14)]
	address x10, stack
	ldr x10, [x10]
	mov sp, x10
	ldp x9, x10, [sp]
	stp x9, x10, [x15, AFTER(FRAME0)]
	mrs x9, fpcr
	str x9, [x15, AFTER(FPCR)]
	mrs x9, fpsr
	str x9, [x15, AFTER(FPSR)]

	ldr x9, [x15, BEFORE(FPCR)] /* as the C code behind us expects it */
	msr fpcr, x9
	add sp, sp, 16
	ldp x19, x20, [sp, 16]
	ldp x21, x22, [sp, 32]
	ldp x23, x24, [sp, 48]
	ldp x25, x26, [sp, 64]
	ldp x27, x28, [sp, 80]
	ldp d8, d9, [sp, 96]
	ldp d10, d11, [sp, 112]
	ldp d12, d13, [sp, 128]
	ldp d14, d15, [sp, 144]
	ldp x29, x30, [sp], 160
	ret
	.ltorg

/* ---- functions that break a slot each ---- */

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

	.macro slot name, mask, rule
	.pushsection .rodata.text, "aS", %progbits
9:	.asciz "\name"
	.popsection
	.quad 9b, \mask, \rule
	.endm
	.macro bad name, slot, label
	.pushsection .rodata.text, "aS", %progbits
9:	.asciz "\name"
	.popsection
	.quad 9b, \slot, \label
	.endm

	.section .data.rel.ro, "aw", %progbits
	.balign 8
	.globl calling_slots
	.type calling_slots, %object
calling_slots: /* in the order of the numbers above */
	.irp register, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29
	slot "\register", -1, 0
	.endr
	slot "sp", -1, 0
	.irp register, d8, d9, d10, d11, d12, d13, d14, d15
	slot "\register", -1, 0
	.endr
	slot "caller's frame, word 0", -1, 0
	slot "caller's frame, word 1", -1, 0
	slot "FPCR", -1, 0
	slot "sticky flags of FPSR", 0x0800009f, 2
	.quad 0, 0, 0

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
