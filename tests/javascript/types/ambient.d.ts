// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// As much of the packages @girs as the declarations of Eric refer to.

declare module 'gi://GLib' {
  export namespace GLib {
    class Error {
      readonly message: string;
      readonly code: number;
      matches(domain: any, code: number): boolean;
    }
    class Variant {
      constructor(signature: string, value: any);
      get_type_string(): string;
    }
    class Bytes {
      toArray(): Uint8Array;
    }
    class MainContext {
      iteration(may_block: boolean): boolean;
    }
    const PRIORITY_DEFAULT: number;
  }
  export default GLib;
}

declare module 'gi://GObject' {
  export namespace GObject {
    namespace Object {
      interface ConstructorProps {}
    }
    class Object {
      constructor(properties?: Object.ConstructorProps);
      connect(signal: string, callback: (...args: any[]) => any): number;
      connect_after(signal: string, callback: (...args: any[]) => any): number;
      disconnect(id: number): void;
    }
    interface GType<T = unknown> {
      readonly __type__: T;
    }
    class ParamSpec {
      readonly name: string;
    }
    function registerClass<T extends new (...args: any[]) => Object>(Class: T): T;
  }
  export default GObject;
}

declare module 'gi://Gio' {
  import GObject from 'gi://GObject';
  export namespace Gio {
    class Cancellable extends GObject.Object {
      cancel(): void;
    }
    interface AsyncResult {}
    type AsyncReadyCallback<T> = (source: T, result: AsyncResult) => void;
    interface ListModel {
      get_item(position: number): GObject.Object | null;
      get_n_items(): number;
    }
    interface SocketConnectable {}
    class SocketAddress extends GObject.Object {}
    class Socket extends GObject.Object {}
  }
  export default Gio;
}

declare module 'gi://Soup?version=3.0' {
  import GObject from 'gi://GObject';
  export namespace Soup {
    class Message extends GObject.Object {}
    class ServerMessage extends GObject.Object {}
    class Server extends GObject.Object {}
    class Session extends GObject.Object {}
  }
  export default Soup;
}
