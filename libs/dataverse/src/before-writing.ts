import { DecoratorHandler, type Dispatcher } from 'undici';

class NotSent extends Error {
  override readonly name = 'NotSent';
}

/** Asks synchronously right before a request is written; where the answer is no, the request fails and its connection is kept. */
export const beforeWriting =
  (mayGo: () => boolean): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) => {
    const asking: Dispatcher.DispatchHandler = {
      // undici calls this when the request's turn on an open connection has come, and writes in the same tick. What is thrown here
      // ends the request alone, while `abort` would close the connection.
      onRequestStart: (controller, context) => {
        if (!mayGo()) throw new NotSent('The request was stopped before its first byte.');
        handler.onRequestStart?.(controller, context);
      },
    };
    return dispatch(options, Object.assign(new DecoratorHandler(handler), asking));
  };
