"""Calls: the back-to-back user agent. A caller's leg and an agent's leg are two dialogs with our sound between."""
