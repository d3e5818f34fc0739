"""Pages for people, without scripts, fonts or pictures from anywhere. `responsible_use.html` is made by `make pages`.

annotations    The notes on an entry for people: one page without scripts, fonts or pictures from anywhere
curl_examples  An example call of each route, made from its description
docs           The description for people: one page without scripts, fonts or pictures from anywhere, made from the
               OpenAPI one
docs_contents  The order of the page of the API: groups of operations, and the links to them
index          The index for people: one page without scripts, fonts or pictures from anywhere
phrases        Parts of pages that say something about data: dates, sizes, links, clients' texts
refusal        Something that is not there, for people: what is wrong, and a way on
resources      A job or an entry for people: its files as links, and what else there is to say about it
style          What pages for people have in common: frame, style, and the policy that lets them load nothing else
"""
