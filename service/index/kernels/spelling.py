"""Words that one typing error makes of another, as machine code over words laid end to end."""

from service.index.kernels.compiled import compiled


@compiled
def _is_continued(byte):
    """Whether a byte of UTF-8 goes on with a character."""
    return byte & 0xC0 == 0x80


@compiled
def _characters(text, first, last):
    count = 0
    for i in range(first, last):
        count += 0 if _is_continued(text[i]) else 1
    return count


@compiled
def _swapped(text, first, word, low, size):
    """Whether the two characters of `size` bytes are the same in both, the other way about."""
    second = 1
    while second < size and _is_continued(word[low + second]):
        second += 1
    for i in range(size - second):
        if text[first + i] != word[low + second + i]:
            return False
    same = True
    for i in range(second):
        same = same and text[first + size - second + i] == word[low + i]
    return same


@compiled
def within_one_edit(text, ends, word, begin, until, found):
    """Write the places of the words that are `word` but for one character more, less, changed, or two swapped; their number.

    Looked at are those from place `begin` until `until`; `found` has room for as many. Distance: Damerau 1964, on
    characters, not bytes.
    """
    count, length = 0, len(word)
    for place in range(begin, until):
        start, end = ends[place], ends[place + 1]
        if end - start > length + 4 or length > end - start + 4:
            continue
        shorter = min(end - start, length)
        ahead = 0
        while ahead < shorter and text[start + ahead] == word[ahead]:
            ahead += 1
        if ahead == shorter and end - start == length:
            continue
        while ahead > 0 and (
            (start + ahead < end and _is_continued(text[start + ahead]))
            or (ahead < length and _is_continued(word[ahead]))
        ):
            ahead -= 1
        behind = 0
        while behind < shorter - ahead and text[end - 1 - behind] == word[length - 1 - behind]:
            behind += 1
        if end - start - ahead - behind > 8:
            continue
        while behind > 0 and (_is_continued(text[end - behind]) or _is_continued(word[length - behind])):
            behind -= 1
        first, last, low, high = start + ahead, end - behind, ahead, length - behind
        here, there = _characters(text, first, last), _characters(word, low, high)
        if (here <= 1 and there <= 1) or (
            here == 2 and there == 2 and last - first == high - low and _swapped(text, first, word, low, last - first)
        ):
            found[count] = place
            count += 1
    return count


@compiled
def begun_otherwise(text, ends, word, head, found):
    """Write the places of the words that have another character before `word`, or in place of its first; their number.

    `head`: bytes of the first character of `word`.
    """
    count, length = 0, len(word)
    for place in range(len(ends) - 1):
        start, end = ends[place], ends[place + 1]
        if end - start > length + 4 or end - start <= length - head or text[end - 1] != word[length - 1]:
            continue
        rest = start + 1
        while rest < end and _is_continued(text[rest]):
            rest += 1
        behind = end - rest
        if behind not in (length, length - head):
            continue
        i = 1
        while i <= behind and text[end - i] == word[length - i]:
            i += 1
        same = behind == length - head and rest - start == head
        for j in range(head):
            same = same and text[start + j] == word[j]
        if i > behind and not same:
            found[count] = place
            count += 1
    return count
