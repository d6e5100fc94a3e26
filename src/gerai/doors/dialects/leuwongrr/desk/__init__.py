"""What there is to see and do at the desk of this counter alone: views and acts of the registry, one file each."""
