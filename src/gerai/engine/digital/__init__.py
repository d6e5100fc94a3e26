"""What is handed over without a parcel: licence codes, one for each unit, and files."""
