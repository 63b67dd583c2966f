//! Serves the demo shop, the widget's files and the console, each on its own origin.
