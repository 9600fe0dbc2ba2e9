# SPDX-License-Identifier: MIT
# loops.awk - reads a disassembly; for each function with vectors on the stack in a loop that calculates
# "FUNCTION: N vectors on the stack in loops, the first: INSTRUCTION".
#   loop       what the target of a backward branch reaches and what reaches that branch
#   on stack   addressed by the stack's pointer or a copy of it; copies are followed in the order of addresses, the
#              frame pointer is one for the whole function
function register(word) { # its name at full width
	gsub(/[^a-z0-9]/, "", word)
	sub(/^w/, "x", word)
	sub(/^e/, "r", word)
	if (word ~ /^r[0-9]+d$/)
		sub(/d$/, "", word)
	return word
}

function copied(text,   words, n) { # whether one of the words of text is the stack's pointer or a copy
	for (n = split(text, words, /[][(), ]+/); n > 0; n--)
		if (words[n] != "" && copies[register(words[n])])
			return 1
	return 0
}

# The register that instruction i writes, or what it reads to write it; stores, comparisons and jumps write none.
function written(i,   word) {
	word = text[i]
	if (x86)
		sub(/^.*,/, "", word)
	else
		sub(/,.*$/, "", word)
	word = op[i] ~ /^(st|cm[pn]|te?st|push|j|b|cb|tb|call)/ || word !~ /^%?[a-z0-9]+$/ ? "" : register(word)
	return word ~ /^([rx]|sp$)/ ? word : ""
}

function sources(i,   words) {
	words = text[i]
	if (!x86)
		sub(/^[^,]*,/, "", words)
	else if (op[i] ~ /^(mov|lea)/)
		sub(/,[^,]*$/, "", words)
	return words
}

# Learns what instruction i does to copies of the stack's pointer; whether it moves a vector to or from the stack.
function vector_on_stack(i,   memory, to) {
	memory = match(text[i], /\([^)]*\)|\[[^]]*\]/) ? substr(text[i], RSTART, RLENGTH) : ""
	to = written(i)
	if (op[i] ~ /^(mov|lea|add|addvl|sub|and)q?$/ && (memory == "" || op[i] ~ /^lea/) && copied(sources(i)))
		copies[to] = 1
	else if (to !~ /^(rsp|sp|rbp|x29)$/)
		copies[to] = 0
	return memory != "" && text[i] ~ /[xyz]mm[0-9]|^\{?[qvdsz][0-9]/ && copied(memory)
}

# Sets down[] for all that instruction i reaches.
function descend(i, down) {
	for (; i && i <= count && !down[i]; i = falls[i]) {
		down[i] = 1
		if (to[i])
			descend(to[i], down)
	}
}

# Marks in `looped` what lies on a way from instruction `head` to `tail`, which branches back to it, if that calculates.
function mark(head, tail,   i, more, down, up, adds) {
	descend(head, down)
	if (!down[tail])
		return
	for (up[tail] = more = 1; more;)
		for (i = count + (more = 0); i > 0; i--)
			if (!up[i] && down[i] && (up[falls[i]] || up[to[i]]))
				up[i] = more = 1
	for (i in up)
		adds += up[i] && op[i] ~ /^v?(add|mul)[ps]s$|^v?fn?m(add|sub|l[as]|ul)|^fadd/
	for (i in up)
		looped[i] = looped[i] || (up[i] && adds)
}

function judge(   i, n, first, any) {
	split("", copies)
	split("", looped)
	copies["rsp"] = copies["sp"] = 1
	for (i = 1; i <= count; i++) {
		to[i] = to[i] != "" ? index_of[to[i]] + 0 : 0
		any += stacked[i] = vector_on_stack(i)
	}
	for (i = 1; i <= count && any; i++)
		if (to[i] && to[i] <= i)
			mark(to[i], i)
	for (i = count; i > 0; i--)
		if (looped[i] && stacked[i]) {
			n++
			first = op[i] " " text[i]
		}
	if (n)
		print name ": " n " vectors on the stack in loops, the first: " first
	count = 0
	split("", index_of)
}

/file format/ { x86 = /x86-64/ }
/^[0-9a-f]+ </ {
	judge()
	functions++
	name = substr($2, 2, length($2) - 3)
}
/^ *[0-9a-f]+:/ {
	i = ++count
	index_of[substr($1, 1, length($1) - 1)] = i
	line = $0
	sub(/^[^:]*:[ \t]*/, "", line)
	sub(x86 ? "[ \t]+#.*$" : "[ \t]*//.*$", "", line)
	sub(/^(bnd|notrack|rep|repz) /, "", line)
	op[i] = text[i] = line
	sub(/[ \t].*$/, "", op[i])
	sub(/^[^ \t]*[ \t]*/, "", text[i])
	falls[i] = op[i] ~ /^(jmp|ret|ud2|hlt|b|br)q?$/ ? 0 : i + 1
	to[i] = ""
	if (op[i] ~ /^(j|b$|b\.|cbn?z|tbn?z)/ && match(text[i], /[0-9a-f]+ </))
		to[i] = substr(text[i], RSTART, RLENGTH - 2)
}
END {
	judge()
	if (!functions)
		print "no function could be read"
}
