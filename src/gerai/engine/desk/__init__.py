"""The desk: what people can see of a shop and do to it. Views and acts, one file each; the faces (console, API,
terminal) read them from here and hold no rule of their own."""
