/* The shortest program: what every floor starts. */
int main(void) { return 0; }
