// What an audit of planning costs is told.

/** What is audited. */
export interface AuditChoices {
  /** Names of costs, see `auditedCosts`. */
  readonly costs: readonly string[];
  /** Tasks of the audit, and of the row with true dynamics (0 for none). */
  readonly tasks: number;
  readonly trueTasks: number;
  /** Plans of each task and population. */
  readonly samples: number;
  /** Rows between start and goal. @default `plan.goalOffset` */
  readonly goalOffset?: number;
}
