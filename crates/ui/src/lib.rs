//! What the widget and the console share on screen.
