/** Restarts that wait for one another. */

/**
 * Runs a task each time it is asked for, and never twice at once. What is asked for while the task
 * runs is done once more after it, however often it was asked for.
 */
export class Restarts {
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly task: () => Promise<void>) {}

  /** Ends when the task has run once, from its beginning, after this call. */
  async request(): Promise<void> {
    if (this.running === undefined) {
      this.running = this.run();
      return this.running;
    }
    this.next ??= this.running.then(
      () => this.begin(),
      () => this.begin(),
    );
    return this.next;
  }

  private begin(): Promise<void> {
    this.next = undefined;
    this.running = this.run();
    return this.running;
  }

  private async run(): Promise<void> {
    try {
      await this.task();
    } finally {
      if (this.next === undefined) {
        this.running = undefined;
      }
    }
  }
}
