"""Who trades here and on what terms: organisations, people, roles, policy, frameworks, lots, admission, settings, vacancies."""
