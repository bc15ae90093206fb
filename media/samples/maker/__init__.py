"""Makes the demonstration courses: narrated slides, subtitles, e-textbooks and covers."""
