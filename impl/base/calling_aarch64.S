/* SPDX-License-Identifier: MIT */
/* calling_aarch64.S - see calling.h.  AAPCS64: x19-x28, x29 and sp; above sp the caller's frame; the low halves of
 * v8-v15; FPCR.  As a note: the sticky flags of FPSR. */
#include "base/calling_aarch64.h"

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
	.cfi_startproc /* so that debuggers see who calls the function, whatever became of x29 */
	stp x29, x30, [sp, -160]!
	.cfi_def_cfa_offset 160
	.cfi_offset x29, -160
	.cfi_offset x30, -152
	stp x19, x20, [sp, 16]
	.cfi_offset x19, -144
	.cfi_offset x20, -136
	stp x21, x22, [sp, 32]
	.cfi_offset x21, -128
	.cfi_offset x22, -120
	stp x23, x24, [sp, 48]
	.cfi_offset x23, -112
	.cfi_offset x24, -104
	stp x25, x26, [sp, 64]
	.cfi_offset x25, -96
	.cfi_offset x26, -88
	stp x27, x28, [sp, 80]
	.cfi_offset x27, -80
	.cfi_offset x28, -72
	stp d8, d9, [sp, 96]
	stp d10, d11, [sp, 112]
	stp d12, d13, [sp, 128]
	stp d14, d15, [sp, 144]
	.cfi_def_cfa_offset 176
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
	.cfi_endproc
	.ltorg

	.macro slot name, mask, rule
	.pushsection .rodata.text, "aS", %progbits
9:	.asciz "\name"
	.popsection
	.quad 9b, \mask, \rule
	.endm

	.section .data.rel.ro, "aw", %progbits
	.balign 8
	.globl calling_slots
	.type calling_slots, %object
calling_slots: /* in the order of the numbers above */
	.irp register, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29
	slot "register \register", -1, 0
	.endr
	slot "the stack pointer", -1, 0
	.irp register, d8, d9, d10, d11, d12, d13, d14, d15
	slot "register \register", -1, 0
	.endr
	slot "its caller's frame", -1, 0
	slot "its caller's frame", -1, 0
	slot "FPCR", -1, 0
	slot "sticky flags of FPSR", 0x0800009f, 2
	.quad 0, 0, 0

	.section .note.GNU-stack, "", %progbits
