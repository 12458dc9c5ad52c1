/** A sleep that can be ended early; a wake-up while nobody sleeps ends the next sleep at once. */
export class Wakeable {
  private pending = false;
  private end: (() => void) | undefined;

  async sleep(ms: number): Promise<void> {
    if (!this.pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.end = undefined;
    }
    this.pending = false;
  }

  wake(): void {
    this.pending = true;
    this.end?.();
  }
}
