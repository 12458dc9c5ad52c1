import type { Connection } from './connection.entity.js';
import { type ConnectionView, viewOf } from './connection-view.js';
import type { AppIdentity } from './messages.js';

/** Shows connections in this installation's words. */
export class Presenter {
  constructor(
    private readonly app: AppIdentity,
    private readonly discoveryUrl: string,
  ) {}

  get productName(): string {
    return this.app.productName;
  }

  view(connection: Connection): ConnectionView {
    return viewOf(connection, this.app, this.discoveryUrl);
  }
}
