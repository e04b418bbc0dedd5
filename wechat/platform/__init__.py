"""WeChat's own APIs: tokens, calls and their errors."""
