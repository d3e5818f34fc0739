"""Measures Mien itself, on media with known answers: `make evaluate`.

sections             The questions of the evaluation, a module each, which has a NAME and a function `evaluate`
bent_pictures        A picture bent so that its face gets another mesh: what the networks see when a face turns or
                     moves a part
call_participants    Persons who take part in made calls: portraits that move, and clips of persons
counted_blinks       Clips whose blinks were counted by eye, frame by frame, and what Mien counts in them
cut_outs             Heads cut from portraits, with the place of the face in them, to be painted into made clips
damaged_clips        Clips whose packets were lost after they were encoded
face_turns           A mesh turned by its own depth, and seen by a camera again
identities           Every made clip and call, tracked and held against its truth
identity_counts      How often identities change, counted frame by frame against the truth
labelled             `make evaluate LABELLED=folder`: what the scores are worth on labelled pictures of your own
made_calls           Calls made to try identities: grids and speaker views in which persons come, go, move up, swap
made_clips           Clips made to try identities: heads cut from portraits that cross, hide, leave, return, turn;
                     cuts, fades, flashes
made_paths           Paths of heads in made clips, the turning of heads, and what passes in front of them
page                 The evaluation's page: the report as Markdown
presence             How well scores tell frames that show an expression from those that do not
painted_scenes       Scenes painted from cut-outs: the place of everyone in every frame is known
shortened            Which tables and figures the page shows: the data has all of them
workbench            What the sections of the evaluation measure with: the media, the models, and how much of the
                     media is taken
"""
