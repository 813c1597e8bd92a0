// What the house uses of htm/preact/standalone, which brings no types of its own.
export type View = unknown;
export type Update<T> = (next: T | ((before: T) => T)) => void;
export interface Ref<T> {
  current: T;
}
export interface Context<T> {
  Provider: (props: { value: T; children?: View }) => View;
}
export function html(strings: TemplateStringsArray, ...values: unknown[]): View;
export function render(view: View, into: Element): void;
export function useState<T>(initial: T | (() => T)): [T, Update<T>];
export function useEffect(effect: () => undefined | (() => void) | void, given?: unknown[]): void;
export function useLayoutEffect(effect: () => undefined | (() => void) | void, given?: unknown[]): void;
export function useRef<T>(initial: T): Ref<T>;
export function useMemo<T>(make: () => T, given: unknown[]): T;
export function useCallback<T extends (...args: never[]) => unknown>(callback: T, given: unknown[]): T;
export function useErrorBoundary(seen?: (error: unknown) => void): [unknown, () => void];
