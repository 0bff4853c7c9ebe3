//! Caption to come.
