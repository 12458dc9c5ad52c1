interface Waiting<Item, Answer> {
  item: Item;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Lets callers at the same time share one run of `work`: whoever comes while one is under way goes with the next. `work` answers in
 * the order of its items; when it fails, all that went with it fail.
 */
export function inBatches<Item, Answer>(
  work: (items: Item[]) => Promise<readonly Answer[]>,
  mostItems: number,
): (item: Item) => Promise<Answer> {
  const waiting: Waiting<Item, Answer>[] = [];
  let running = false;

  const run = async (): Promise<void> => {
    running = true;
    // Lets those in that come in this turn of the event loop.
    await Promise.resolve();
    while (waiting.length > 0) await settle(waiting.splice(0, mostItems));
    running = false;
  };

  const settle = async (batch: Waiting<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await work(batch.map(({ item }) => item));
      if (answers.length !== batch.length) throw new Error('A batch must answer each of its items.');
      batch.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answer);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void run();
    });
}
