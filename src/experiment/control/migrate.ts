// Configurations of control experiments that earlier versions recorded.
//
//   0.1, until December 2026: there were no `costs`, and the protocols were strict and paper.
//   0.1, until November 2026: `model` was a name, `models` held every model by name, each { world, train, encoderFrom? }.

interface OldConfig {
  readonly model: string;
  readonly models: Readonly<Record<string, OldModel>>;
  readonly train?: object;
}

interface OldModel {
  readonly world: object;
  readonly train: object;
  readonly encoderFrom?: string;
}

function isOld(recorded: unknown): recorded is OldConfig {
  if (typeof recorded !== 'object' || recorded === null || !('models' in recorded) || !('model' in recorded))
    return false;
  const { model, models } = recorded;
  return typeof model === 'string' && typeof models === 'object' && models !== null && Object.hasOwn(models, model);
}

/** What planning was before it could be said. */
const PLANNED = { protocols: ['strict', 'paper'], resetBudget: 100 };

function hasPlan(recorded: unknown): recorded is { readonly plan: object } {
  if (typeof recorded !== 'object' || recorded === null || !('plan' in recorded)) return false;
  return typeof recorded.plan === 'object' && recorded.plan !== null;
}

/** A recorded configuration as this version has it; one that is of this version, or of none that is known, as it is. */
export function migrateControl(recorded: unknown): unknown {
  const whole = oneModel(recorded);
  return hasPlan(whole) ? { costs: {}, ...whole, plan: { ...PLANNED, ...whole.plan } } : whole;
}

/** With one model in place of many by name. */
function oneModel(recorded: unknown): unknown {
  if (!isOld(recorded)) return recorded;
  const { model, models, train, ...rest } = recorded;
  const { world, train: own, encoderFrom } = models[model]!;
  const frozen = encoderFrom === undefined || encoderFrom === 'untrained' ? {} : { encoderFrom };
  return { ...rest, modelName: model, model: { ...world, ...frozen }, train: { ...own, ...train } };
}
