// The names of metrics in words.

const words = (name: string): string => name.replaceAll('-', ' ');

/** Names that recipes give, as patterns, and what they say. */
const SAID: readonly (readonly [RegExp, (...parts: readonly string[]) => string])[] = [
  [/^planning\.([\w-]+)\.success$/, (of) => `goals reached by planning, ${of} tasks`],
  [/^planning\.([\w-]+)\.successLast$/, (of) => `at the goal after the last step, ${of} tasks`],
  [/^planning\.([\w-]+)\.secondsPerDecision$/, (of) => `seconds per decision, ${of} tasks`],
  [/^planning\.([\w-]+)\.([\w-]+)$/, (of, policy) => `goals reached by ${words(policy!)}, ${of} tasks`],
  [
    /^planning\.([\w-]+)\.([\w-]+)\.secondsPerDecision$/,
    (of, policy) => `seconds per decision of ${words(policy!)}, ${of} tasks`,
  ],
  [/^planning\.([\w-]+)\.([\w-]+)\.success$/, (of, kind) => `goals reached by planning, ${of} tasks, ${words(kind!)}`],
  [
    /^planning\.([\w-]+)\.([\w-]+)\.([\w-]+)$/,
    (of, kind, policy) => `goals reached by ${words(policy!)}, ${of} tasks, ${words(kind!)}`,
  ],
  [/^probe\.([\w-]+)\.(\w+)\.r$/, (target, kind) => `${kind} probe of the ${words(target!)}, least Pearson r`],
  [/^surprise\.([\w-]+)\.auc$/, (kind) => `surprise at ${words(kind!)}, area under the ROC curve`],
  [/^generalisation\.([\w-]+)$/, (group) => `goals reached with ${words(group!)} drawn anew`],
  [/^long\.(\d+)\.([\w-]+)$/, (far, policy) => `goals ${far} steps away reached by ${words(policy!)}`],
  [/^collect\.episodes$/, () => 'episodes collected'],
  [/^collect\.frames$/, () => 'frames collected'],
  [/^collect\.framesPerSecond$/, () => 'frames collected per second'],
];

/** What a metric of `run.json` is, such as `surprise at teleport, area under the ROC curve`; an unknown name as it is. */
export function metricWords(name: string): string {
  for (const [pattern, say] of SAID) {
    const found = pattern.exec(name);
    if (found !== null) return say(...found.slice(1).map(String));
  }
  return name;
}
