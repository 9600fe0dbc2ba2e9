/* SPDX-License-Identifier: MIT */
/* calling_x86_64.S - see calling.h.  System V ABI: rbx rbp r12-r15 and rsp; above rsp the caller's frame; control bits
 * of MXCSR, the x87 control word; x87 stack empty, direction flag clear.  As notes: MXCSR's sticky flags, and upper
 * halves of vector registers in use (XINUSE bits 2 and 6 by XGETBV with ECX = 1), which slow down SSE code: missing
 * vzeroupper. */
#include "base/calling_x86_64.h"

#define BEFORE(slot) (8 * (slot))
#define AFTER(slot) (256 + 8 * (slot))
#define RESULT 512

#define FUNCTION(name) .globl name; .type name, @function; name

	.local report, stack, function, uppers, environment
	.comm report, 8, 8
	.comm stack, 8, 8
	.comm function, 8, 8
	.comm uppers, 8, 8
	.comm environment, 32, 8

	.text

/* UPPER: AVX enabled by CPU and system, and XGETBV with ECX = 1 that tells clean from used. */
FUNCTION(calling_observable):
	push %rbx
	mov $1, %eax
	xor %ecx, %ecx
	cpuid
	and $0x18000000, %ecx /* OSXSAVE, AVX */
	cmp $0x18000000, %ecx
	jne 1f
	xor %ecx, %ecx
	xgetbv
	and $6, %eax
	cmp $6, %eax
	jne 1f
	xor %eax, %eax
	cpuid
	cmp $13, %eax
	jb 1f
	mov $13, %eax
	mov $1, %ecx
	cpuid
	test $4, %eax
	jz 1f
	vzeroupper /* not every CPU that has the bits keeps them */
	mov $1, %ecx
	xgetbv
	test $0x44, %eax
	jnz 1f
	movq $1, uppers(%rip)
	mov $((2 << UPPER) - 1), %eax
	pop %rbx
	ret
1:	movq $0, uppers(%rip)
	mov $((1 << UPPER) - 1), %eax
	pop %rbx
	ret

/* Machine state into the slots from MXCSR on of the block at r11, whose BEFORE or AFTER is `base`. */
	.macro write_state base
	movq $0, \base + 8 * MXCSR(%r11)
	stmxcsr \base + 8 * MXCSR(%r11)
	mov \base + 8 * MXCSR(%r11), %rax
	mov %rax, \base + 8 * STICKY(%r11)
	movq $0, \base + 8 * X87_CONTROL(%r11)
	fnstcw \base + 8 * X87_CONTROL(%r11)
	fnstenv environment(%rip)
	fldenv environment(%rip)
	movzwl 8 + environment(%rip), %eax
	mov %rax, \base + 8 * X87_TAGS(%r11)
	movq $0, \base + 8 * UPPER(%r11)
	cmpq $0, uppers(%rip)
	je 1f
	mov $1, %ecx
	xgetbv
	mov %eax, %eax
	mov %rax, \base + 8 * UPPER(%r11)
1:
	.endm

	.macro sentinel register, value, slot
	movabs $\value, \register
	mov \register, BEFORE(\slot)(%r11)
	.endm

	.macro saves register
	push %\register
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset \register, 0
	.endm

/* calling_probe(rdi report, rsi function, rdx a, rcx b, r8 c, r9 d) */
FUNCTION(calling_probe):
	.cfi_startproc /* so that debuggers see who calls the function, whatever became of rbp */
	saves rbp
	saves rbx
	saves r12
	saves r13
	saves r14
	saves r15
	.cfi_adjust_cfa_offset 24
	sub $24, %rsp /* the frame that the callee must leave alone; rsp is now a multiple of 16 */
	mov %rdi, report(%rip)
	mov %rsi, function(%rip)
	mov %rsp, stack(%rip)
	mov %rdi, %r11
	mov %rdx, %r12 /* the callee's arguments wait here */
	mov %rcx, %r13
	mov %r8, %r14
	mov %r9, %r15
	cld
	cmpq $0, uppers(%rip)
	je 1f
	vzeroupper
1:	write_state 0
	movq $0, BEFORE(DIRECTION)(%r11)
	mov %r12, %rdi
	mov %r13, %rsi
	mov %r14, %rdx
	mov %r15, %rcx
	sentinel %rax, 0x5a5aa5a5f00df00d, FRAME0
	mov %rax, (%rsp)
	sentinel %rax, 0x6b6bb6b6f00df00d, FRAME1
	mov %rax, 8(%rsp)
	sentinel %rax, 0x7c7cc7c7f00df00d, FRAME2
	mov %rax, 16(%rsp)
	mov %rsp, BEFORE(RSP)(%r11)
	sentinel %rbx, 0x1111222233334444, RBX
	sentinel %rbp, 0x2222333344445555, RBP
	sentinel %r12, 0x3333444455556666, R12
	sentinel %r13, 0x4444555566667777, R13
	sentinel %r14, 0x5555666677778888, R14
	sentinel %r15, 0x6666777788889999, R15
	call *function(%rip)

	mov report(%rip), %r11
	mov %rax, RESULT(%r11)
	mov %rbx, AFTER(RBX)(%r11)
	mov %rbp, AFTER(RBP)(%r11)
	mov %r12, AFTER(R12)(%r11)
	mov %r13, AFTER(R13)(%r11)
	mov %r14, AFTER(R14)(%r11)
	mov %r15, AFTER(R15)(%r11)
	mov %rsp, AFTER(RSP)(%r11)
	mov stack(%rip), %rsp
	mov (%rsp), %rax
	mov %rax, AFTER(FRAME0)(%r11)
	mov 8(%rsp), %rax
	mov %rax, AFTER(FRAME1)(%r11)
	mov 16(%rsp), %rax
	mov %rax, AFTER(FRAME2)(%r11)
	pushfq
	pop %rax
	and $0x400, %eax
	mov %rax, AFTER(DIRECTION)(%r11)
	write_state 256

	cld /* as the C code behind us expects it */
	emms
	cmpq $0, uppers(%rip)
	je 1f
	vzeroupper
1:	add $24, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret
	.cfi_endproc

	.macro slot name, mask, rule
	.pushsection .rodata.text, "aS", @progbits
9:	.asciz "\name"
	.popsection
	.quad 9b, \mask, \rule
	.endm

	.section .data.rel.ro, "aw", @progbits
	.balign 8
	.globl calling_slots
	.type calling_slots, @object
calling_slots: /* in the order of the numbers above */
	slot "register rbx", -1, 0
	slot "register rbp", -1, 0
	slot "register r12", -1, 0
	slot "register r13", -1, 0
	slot "register r14", -1, 0
	slot "register r15", -1, 0
	slot "the stack pointer", -1, 0
	slot "its caller's frame", -1, 0
	slot "its caller's frame", -1, 0
	slot "its caller's frame", -1, 0
	slot "the control bits of MXCSR", 0xffc0, 0
	slot "the x87 control word", 0xffff, 0
	slot "the x87 register stack", 0xffff, 0
	slot "the direction flag", 0x400, 0
	slot "sticky flags of MXCSR", 0x3f, 2
	slot "upper halves in use (no vzeroupper)", 0x44, 1
	.quad 0, 0, 0

	.section .note.GNU-stack, "", @progbits
