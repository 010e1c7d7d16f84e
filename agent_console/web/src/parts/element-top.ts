/** How far below the beginning of its scrolling parent an element lies, in pixels, kept current. */

import { onMounted, onUnmounted, ref, type Ref, type ShallowRef } from 'vue';

export function useElementTop(
  element: Readonly<ShallowRef<HTMLElement | null>>,
  parent: Readonly<ShallowRef<HTMLElement | null>>,
): Ref<number> {
  const top = ref(0);
  const watcher = new ResizeObserver(measure);
  function measure(): void {
    if (!element.value || !parent.value) return;
    const from = parent.value.getBoundingClientRect().top - parent.value.scrollTop;
    top.value = Math.round(element.value.getBoundingClientRect().top - from);
  }
  onMounted(() => {
    for (const child of parent.value?.children ?? []) watcher.observe(child);
    if (parent.value) watcher.observe(parent.value);
    measure();
  });
  onUnmounted(() => watcher.disconnect());
  return top;
}
