"""Indicators, quarterly monitoring returns, scorecards and contract-management reports."""
