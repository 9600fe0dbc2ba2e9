# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# gatemark.bash - completion of gatemark in bash.  What may be written is asked of the program: a line an option, with
# its name, how it takes a value (= always, ? only behind a =, - not) and values, @file for files.

_gatemark() {
	local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} takes='[=]'
	local verb=${COMP_WORDS[1]} name how values words=
	COMPREPLY=()
	if [ "$current" = = ]; then # bash takes --name=value for three words
		current= takes='[=?]'
	elif [ "$option" = = ]; then
		option=${COMP_WORDS[COMP_CWORD - 2]} takes='[=?]'
	fi
	[ "$COMP_CWORD" -gt 1 ] && [ "$verb" != help ] || verb=
	while read -r name how values; do
		case $name in
		--*)
			# shellcheck disable=SC2254 # a pattern
			case $option$how in "$name"$takes) words=$values; break ;; esac
			[[ $current != -* ]] || words+=" $name" ;;
		argument) [[ $current == -* ]] || words=$values ;;
		*) words+=" $name" ;;
		esac
	done < <("${COMP_WORDS[0]}" help --words ${verb:+"$verb"} 2>/dev/null)
	if [[ " $words " == *" @file "* ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	fi
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(
		compgen -P "${current%"${current##*,}"}" -W "${words/@file/}" -- "${current##*,}")
}
complete -F _gatemark gatemark
