// Kinds of tasks in worlds with walls, by which their results are counted apart.

/** Start and goal on one side of the wall, or one behind the other: what a planner finds hard is the second. */
export function sideGroup(across: boolean): 'across' | 'same-side' {
  return across ? 'across' : 'same-side';
}
