"""A question for paths by hops as one call of machine code: crossing over from the interpreter costs more than a short search."""

from service.index.kernels.balls import AHEAD_END, BEHIND_END
from service.index.kernels.between import shortest
from service.index.kernels.compiled import compiled
from service.index.kernels.walking import AVOIDED, EXEMPT, MUST, SOURCE, TARGET, clear, step_code


@compiled
def set_marks(notes, sources, targets, must, avoid):
    """Mark the entities that a question names."""
    mark = notes.mark
    for v in avoid:
        mark[v] |= AVOIDED
    for v in must:
        mark[v] |= EXEMPT | MUST
    for v in sources:
        mark[v] |= SOURCE
    for v in targets:
        mark[v] |= TARGET


@compiled
def wipe(notes, region, sources, targets, must, avoid):
    """Leave the notes clean; what they say of hubs and of work done stays."""
    clear(notes, region[AHEAD_END], region[BEHIND_END], sources)
    for v in targets:
        notes.mark[v] = 0
    for v in must:
        notes.mark[v] = 0
    for v in avoid:
        notes.mark[v] = 0


@compiled
def answer_by_hops(
    rows, rule, ground, notes, region, sources, targets, must, avoid, least, most, wanted, paths, lengths, codes
):
    """As `shortest`, with the confidence code of each step. The notes are clean afterwards where all `wanted` were found."""
    set_marks(notes, sources, targets, must, avoid)
    found = shortest(
        rows, rule, ground, notes, region, sources, targets, len(must), least, most, wanted, paths, lengths
    )
    for i in range(found):
        for j in range(lengths[i]):
            codes[i, j] = step_code(rows, rule, paths[i, j], paths[i, j + 1])
    if found == wanted:
        wipe(notes, region, sources, targets, must, avoid)
    return found
