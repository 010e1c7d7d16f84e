/** Whether somebody looks at this window. */

import { onMounted, onUnmounted, ref, type Ref } from 'vue';

export function useWindowFocus(): Ref<boolean> {
  const hasFocus = ref(document.hasFocus());
  const look = (): void => {
    hasFocus.value = document.hasFocus();
  };
  onMounted(() => {
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
  });
  onUnmounted(() => {
    window.removeEventListener('focus', look);
    window.removeEventListener('blur', look);
  });
  return hasFocus;
}
