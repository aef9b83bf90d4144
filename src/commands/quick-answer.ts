/** What a health check or probe ends with. */
export interface QuickAnswer {
  readonly exitCode: number;
  /** With a line break at its end. */
  readonly text: string;
}
