"""The shapes of the Durianpay contract: requests to values, engine answers to shapes. Pure: asks nobody."""
